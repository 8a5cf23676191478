FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /kelisim ./cmd/kelisim && mkdir /data

FROM scratch
COPY --from=build /kelisim /kelisim
COPY --from=build --chown=10001:10001 /data /data
COPY LICENSE NOTICE /
USER 10001
ENV KELISIM_ADDR=0.0.0.0:8080 KELISIM_DATA=/data KELISIM_DEMO_THIRD=0.0.0.0:8081
EXPOSE 8080 8081
VOLUME /data
ENTRYPOINT ["/kelisim"]
