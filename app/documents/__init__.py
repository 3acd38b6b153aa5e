"""Documents on paper: a template and data become a PDF or a picture."""
