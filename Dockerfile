# Serves one library: see docs/release.md. The token is a file, the library a volume.
FROM python:3.11-slim AS build
WORKDIR /build
COPY pyproject.toml README.md LICENSE requirements.lock ./
COPY prompts prompts
COPY reviewer reviewer
# The lock has the tools of developers too, so its versions are constraints here, without what
# pip refuses in constraints: extras, and hashes that are not there of all that is installed.
RUN python -m venv /opt/review \
 && sed -e 's/ \\$//' -e '/^ *--hash/d' -e 's/\[[^]]*\]//' requirements.lock > constraints.txt \
 && /opt/review/bin/pip install --no-cache-dir --constraint constraints.txt ".[server]"

FROM python:3.11-slim
COPY --from=build /opt/review /opt/review
RUN useradd --create-home --uid 10001 review \
 && mkdir /library \
 && chown review /library
ENV PATH=/opt/review/bin:$PATH REVIEW_LIBRARY=/library REVIEW_URL=http://localhost:8765
USER 10001
VOLUME /library
EXPOSE 8765
# Any answer but a refused connection means that it serves; without the token it is 401 or 421.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "-c", "import urllib.error, urllib.request as r\ntry: r.urlopen('http://127.0.0.1:8765/session', timeout=5)\nexcept urllib.error.HTTPError as e: raise SystemExit(e.code >= 500)"]
# A shell only to put the address in; `exec` gives the signals to the server.
CMD ["sh", "-c", "exec review serve --no-open --host 0.0.0.0 --port 8765 --token-file /run/secrets/token --url \"$REVIEW_URL\""]
