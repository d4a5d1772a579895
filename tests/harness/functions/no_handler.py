"""Has no function named handler."""
