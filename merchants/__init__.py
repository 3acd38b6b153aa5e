"""Who takes part: enterprises, stores, enrolment, promises, alliances, plaques."""
