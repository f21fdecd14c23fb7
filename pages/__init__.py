"""The pages for people: templates, one stylesheet, one module for the browser. They know only `pages.calls`."""
