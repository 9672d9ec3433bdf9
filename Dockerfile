# An image of chat from its source, with nothing in it but the program:
#
#   docker build -t chat .
#   docker run -d --name chat -p 127.0.0.1:5000:5000 -e SERVER_URL=http://localhost:5000 -v chat:/data chat
#   docker logs chat    # shows the link that sets up your authenticator
#
# compose.yaml runs it with a Redis of its own.
FROM --platform=$BUILDPLATFORM golang:1.26-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS TARGETARCH VERSION COMMIT DATE
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
	-ldflags "-s -w -X main.version=$VERSION -X main.commit=$COMMIT -X main.date=$DATE" -o /chat . && \
	mkdir /data

FROM scratch
# Let's Encrypt and Telegram are asked over https.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
# A new volume takes the owner of the folder that it covers.
COPY --from=build --chown=65532:65532 --chmod=700 /data /data
COPY --from=build /src/LICENSE /src/THIRD_PARTY_LICENSES /
COPY --from=build /chat /chat
USER 65532:65532
# Inside a container the way in is the published port, so chat listens on every
# address that the container has. LAN allows that over plain http.
ENV DATA_DIR=/data HOST=0.0.0.0 LAN=true LOG_FILE=-
VOLUME /data
EXPOSE 5000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/chat", "health"]
ENTRYPOINT ["/chat"]
CMD ["serve"]
