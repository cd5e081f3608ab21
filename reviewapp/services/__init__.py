"""Use cases: plain functions that take a session, an actor and the time; they never commit."""
