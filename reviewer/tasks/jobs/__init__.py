"""Long work with kept events, states that outlive the process, and a stop that works at once."""
