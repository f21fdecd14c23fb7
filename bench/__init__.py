"""What the charts and the driver cost, measured beside a bare hand-written workflow in one sitting."""
