"""Checklists: the forms that are filled on visits, their versions, and their rules."""
