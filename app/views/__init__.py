"""How facts are put into words and figures, for the pages and the command line alike."""
