"""Start-up: the lifespan, its checks, the layers, and the checks of readiness."""
