"""What a grading hands on, as plain files: tables for people, and what learning platforms import."""
