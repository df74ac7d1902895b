"""Stories of several steps that the acceptance tests and deploy/soak share."""
