"""What is known of people without asking a database: the parts of names, kinds of numbers, profiles, mistyped words."""
