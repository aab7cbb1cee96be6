"""The screens over the app: they ask something and give the answer, and change nothing."""
