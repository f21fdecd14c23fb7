"""The adapters over our own database."""
