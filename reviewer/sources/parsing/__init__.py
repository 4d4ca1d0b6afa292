"""What several formats share: tagged lines, XML and JSON records, plain papers, linked PDFs."""
