"""What signatures are made of in each language: one file of words with an example."""
