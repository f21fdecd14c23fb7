"""What is read off a chart: status document, preview, diagram."""
