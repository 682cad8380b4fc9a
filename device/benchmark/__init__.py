"""Measures the whole loop on the machine that it runs on: where each decision's time goes, and what a run costs."""
