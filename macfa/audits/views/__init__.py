"""The pages of planning an audit: opening it, its themes, its scope, its dates, and the gate."""
