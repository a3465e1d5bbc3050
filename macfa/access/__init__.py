"""Who may open which address: one table, which the site keeps to and the documentation shows."""
