"""Evaluation: frozen protocols, leak-free folds, jobs that run anywhere, and the figures made of them."""
