# What a user types. scripts/ holds the work; each target says in one line what is missing when it cannot install it.
BUILD := build/release

.PHONY: setup build dev-up test bench format check clean
setup:
	@scripts/setup
build: setup
	@scripts/build $(BUILD)
dev-up: build
	@scripts/dev-up $(BUILD) $(if $(ONCE),--once)
test: build
	@scripts/test $(BUILD)
bench: build
	@$(BUILD)/bin/toolscore-bench calls
format:
	@git ls-files '*.hpp' '*.cpp' | xargs clang-format -i
check: build
	@scripts/check
clean:
	rm -rf build
