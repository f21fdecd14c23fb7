"""What all pages for customers say."""

SAMPLES = {"page.layout.back": {"name": "JTL"}, "page.layout.customer": {"customer": "K-1001"}}
