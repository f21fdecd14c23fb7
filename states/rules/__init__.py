"""The rules: notice, effective date, cost effect, surplus; functions of values, without a clock."""
