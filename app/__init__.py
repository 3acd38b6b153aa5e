"""The web application and the command line: the only place that knows Flask, HTTP, HTML and processes."""
