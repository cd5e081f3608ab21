"""The read side: one frozen dataclass per page, few statements, no table row leaves."""
