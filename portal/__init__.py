"""The portal: HTTP in front of the workflows, for customers' portals and operators (docs/contract.md, Portal)."""
