"""Surveys: kept with how far they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from reviewer.render.json import kept_survey_json, kept_surveys_json
from reviewer.serve.answering import started
from reviewer.serve.desk import AtDesk
from reviewer.serve.works.surveys import SurveyIn, SurveyStep, new_survey, survey_work

router = APIRouter(tags=["surveys"])
_JSON = "application/json"


@router.get("/surveys")
def listed(desk: AtDesk, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> Response:
    """The surveys, the latest changed first."""
    return Response(kept_surveys_json(desk.at_hand.surveys.all(limit)), media_type=_JSON)


@router.post("/surveys", status_code=201)
def keep(desk: AtDesk, asked: SurveyIn) -> Response:
    """Keep a plan. Nothing is written yet."""
    return Response(kept_survey_json(new_survey(desk.at_hand, asked)), 201, media_type=_JSON)


@router.get("/surveys/{survey_id}")
def show(desk: AtDesk, survey_id: str) -> Response:
    """One survey, with its plan and how far each section is."""
    return Response(kept_survey_json(desk.at_hand.surveys.find(survey_id)), media_type=_JSON)


@router.post("/surveys/{survey_id}/steps", status_code=202)
def step(
    desk: AtDesk,
    survey_id: str,
    asked: SurveyStep,
    prefer: Annotated[str, Header(max_length=100)] = "",
) -> Response:
    """Outline the survey, run it, update it, or retry what failed. Gives the job, or what it
    made."""
    own = asked.model_copy(update={"survey": survey_id})
    return started(desk, survey_work(desk, own), prefer)


@router.delete("/surveys/{survey_id}")
def remove(desk: AtDesk, survey_id: str) -> Response:
    """Forget the survey. Its runs stay."""
    return Response(kept_survey_json(desk.at_hand.surveys.remove(survey_id)), media_type=_JSON)
