"""Figures: filters, counting, goals and pace, questions, saved reports, shared links."""
