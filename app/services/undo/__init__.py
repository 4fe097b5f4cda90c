"""The undo log: before and after images of rows, and putting them back."""
