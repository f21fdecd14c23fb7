"""What the pages of one case say."""

SAMPLES = {"page.choices.package": {"tier": 1000}}
