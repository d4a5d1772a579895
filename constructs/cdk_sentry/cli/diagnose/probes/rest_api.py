"""REST APIs of API Gateway."""

from collections.abc import Sequence
from typing import Any

from ...stacks import Resource
from ..metrics import Metric
from ..survey import Survey
from .api import Api, Route


class RestApi(Api):
    """An API of the first version."""

    kinds = ("AWS::ApiGateway::RestApi",)
    what = "API"
    service = "apigateway"

    def stage_and_routes(self, client: Any, api_id: str) -> tuple[str | None, list[Route]]:
        """Stages, and resources with their methods."""
        stages = client.get_stages(restApiId=api_id)["item"]
        pages = client.get_paginator("get_resources").paginate(restApiId=api_id, embed=["methods"])
        routes = [
            Route(
                name,
                resource["path"],
                method.get("authorizationType", ""),
                method.get("apiKeyRequired", False),
                method.get("methodIntegration", {}).get("uri", ""),
            )
            for page in pages
            for resource in page["items"]
            for name, method in resource.get("resourceMethods", {}).items()
        ]
        return (stages[0]["stageName"] if stages else None), routes

    def metrics(self, survey: Survey, resource: Resource) -> Sequence[Metric]:
        """Answers whose fault is the API's; CloudWatch knows it by its name, which another may have, too."""
        name = survey.declared(resource).get("Properties", {}).get("Name")
        return (Metric("AWS/ApiGateway", "5XXError", {"ApiName": name}),) if isinstance(name, str) else ()
