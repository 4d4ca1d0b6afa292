"""Where papers contradict each other: findings, their pairs, and a judge's word on them."""
