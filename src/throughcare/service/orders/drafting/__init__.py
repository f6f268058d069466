"""Writing an order question by question: the document so far, the questions, what is still wrong. No database."""
