"""Charts and figures: values in, elements out."""
