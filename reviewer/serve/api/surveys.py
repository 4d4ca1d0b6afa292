"""Surveys: kept with how far they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from reviewer.render.json import kept_survey_json, kept_surveys_json
from reviewer.serve.answering import started
from reviewer.serve.desk import AtDesk
from reviewer.serve.documents import document, gives
from reviewer.serve.works.surveys import SurveyIn, SurveyStep, new_survey, survey_work

router = APIRouter(tags=["surveys"])


@router.get("/surveys", responses=gives("surveys"))
def listed(
    request: Request, desk: AtDesk, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> Response:
    """The surveys, the latest changed first."""
    return document(request, kept_surveys_json(desk.at_hand.surveys.all(limit)))


@router.post("/surveys", status_code=201)
def keep(request: Request, desk: AtDesk, asked: SurveyIn) -> Response:
    """Keep a plan. Nothing is written yet."""
    return document(request, kept_survey_json(new_survey(desk.at_hand, asked)), 201)


@router.get("/surveys/{survey_id}", responses=gives("kept-survey"))
def show(request: Request, desk: AtDesk, survey_id: str) -> Response:
    """One survey, with its plan and how far each section is."""
    return document(request, kept_survey_json(desk.at_hand.surveys.find(survey_id)))


@router.post("/surveys/{survey_id}/steps", status_code=202)
def step(
    request: Request,
    desk: AtDesk,
    survey_id: str,
    asked: SurveyStep,
) -> Response:
    """Outline the survey, run it, update it, or retry what failed. Gives the job, or what it
    made."""
    own = asked.model_copy(update={"survey": survey_id})
    return started(request, survey_work(desk, own))


@router.delete("/surveys/{survey_id}", responses=gives("kept-survey"))
def remove(request: Request, desk: AtDesk, survey_id: str) -> Response:
    """Forget the survey. Its runs stay."""
    return document(request, kept_survey_json(desk.at_hand.surveys.remove(survey_id)))
