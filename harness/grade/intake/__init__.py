"""What a platform hands out, made into one folder a student: nothing that was handed in is trusted or run here."""
