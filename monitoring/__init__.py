"""Detention Monitoring: the register, visits, findings and reports of those who prevent torture."""
