"""The command `cdk-sentry`: sets up, audits and diagnoses what is deployed.

Nothing here imports aws_cdk, which takes seconds to load and is of no use against a deployed stack.
"""
