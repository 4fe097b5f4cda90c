"""Which of our records is which of Pipedrive's, and the three-way merge of their fields."""
