"""HTTP APIs of API Gateway."""

from collections.abc import Sequence
from typing import Any

from ...stacks import Resource
from ..metrics import Metric
from ..survey import Survey
from .api import Api, Route

_DEFAULT = "$default"


class HttpApi(Api):
    """An API of the second version."""

    kinds = ("AWS::ApiGatewayV2::Api",)
    what = "API"
    service = "apigatewayv2"

    def stage_and_routes(self, client: Any, api_id: str) -> tuple[str | None, list[Route]]:
        """Stages, routes, and the integrations that they go to."""
        stages = [each["StageName"] for each in client.get_stages(ApiId=api_id)["Items"]]
        pages = client.get_paginator("get_integrations").paginate(ApiId=api_id)
        targets = {each["IntegrationId"]: each.get("IntegrationUri", "") for page in pages for each in page["Items"]}
        routes = []
        for page in client.get_paginator("get_routes").paginate(ApiId=api_id):
            for route in page["Items"]:
                method, _, path = route["RouteKey"].partition(" ")
                target = targets.get(route.get("Target", "").removeprefix("integrations/"), "")
                guard = route.get("AuthorizationType", "")
                routes.append(Route(method, path or "/{proxy+}", guard, route.get("ApiKeyRequired", False), target))
        if not stages:
            return None, routes
        return ("" if _DEFAULT in stages else stages[0]), routes

    def metrics(self, survey: Survey, resource: Resource) -> Sequence[Metric]:
        """Answers whose fault is the API's."""
        del survey
        return (Metric("AWS/ApiGateway", "5xx", {"ApiId": resource.physical_id}),)
