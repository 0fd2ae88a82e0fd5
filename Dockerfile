# docker build -t shortlist .
# docker run --rm -p 8080:8080 -v "$PWD/runs/anime:/model:ro" shortlist
FROM debian:12 AS build
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends ca-certificates openssl >/dev/null
WORKDIR /src
COPY . .
RUN ./dev package

FROM debian:12-slim
COPY --from=build /src/build-package/*.deb /tmp/
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends /tmp/shortlist_*.deb ca-certificates curl rclone >/dev/null \
  && rm -rf /tmp/*.deb /var/lib/apt/lists/*
USER 65534:65534
EXPOSE 8080
# A container's port is reached only where it is published; give --keys where that is not this machine alone.
ENTRYPOINT ["/usr/bin/shortlist"]
CMD ["serve", "/model", "--address", "0.0.0.0", "--without-keys"]
