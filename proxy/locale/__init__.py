"""Languages of the pages: which one a reader wants, and the catalogues. English is the source."""
