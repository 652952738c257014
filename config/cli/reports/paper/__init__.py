"""From rows to files: what a report is made of, its CSV files, its pages."""
