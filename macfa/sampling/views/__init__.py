"""The pages of the sample: its pool, its draws, its cases, and the identity key."""
