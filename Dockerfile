# The kit in a container, to grade a submission without letting it near anything else:
#
#   docker build -t tasklings .
#   docker run --rm --network none --read-only --tmpfs /tmp -v "$PWD/somebody:/submission:ro" \
#     tasklings grade --submission /submission
FROM python:3.13-slim

COPY pyproject.toml README.md LICENSE /opt/tasklings/
COPY checker /opt/tasklings/checker
COPY checker_sandbox /opt/tasklings/checker_sandbox
COPY exercises /opt/tasklings/exercises
COPY solutions /opt/tasklings/solutions
RUN pip install --no-cache-dir /opt/tasklings \
    && useradd --create-home learner

USER learner
WORKDIR /opt/tasklings
ENTRYPOINT ["checker"]
CMD ["list"]
