"""What `make bench` measures is all there is."""

from flask import Flask

from tests.bench import form, pages


def test_every_page_is_measured(app: Flask) -> None:
    assert pages.not_measured(app) == []


def test_the_made_up_form_is_the_one_that_others_were_measured_with() -> None:
    questions = [question for found in form.definitions(form.IN_A_SECTION) for question in found.questions.values()]
    assert (len(questions), sum(question.relevant is not None for question in questions)) == (300, 60)
