# What a user types. scripts/ holds the work; each target says in one line what is missing when it cannot install it.
BUILD := build/release

.PHONY: setup build dev-up test bench chaos fuzz conformance format check clean
setup:
	@scripts/setup
build: setup
	@scripts/build $(BUILD)
# A node and the runtime that runs tasks through it. A first look waits for the programs alone, not for the tests.
dev-up: setup
	@scripts/build $(BUILD) toolscore toolscore-reason toolscore-spawner toolscore-clone toolscore-fetch
	@scripts/dev-up $(BUILD) $(if $(ONCE),--once)
test: build
	@scripts/test $(BUILD)
bench: build
	@$(BUILD)/bin/toolscore-bench calls
# Node deaths, half of them where namespaces are forbidden: make chaos KILLS=500 SEED=1
chaos: build
	@TOOLSCORE_CHAOS_KILLS=$$(( $(or $(KILLS),500) / 2 )) $(if $(SEED),TOOLSCORE_CHAOS_SEED=$(SEED)) \
	  $(BUILD)/tests/e2e/test_e2e --run_test=chaos
# Random inputs for whatever reads text from outside, so long for each target: make fuzz SECONDS=600 SEED=7 TARGET=framer
fuzz: setup
	@scripts/fuzz $(BUILD) --seconds $(or $(SECONDS),15) --seed $(or $(SEED),1) $(if $(TARGET),--target $(TARGET))
# The official suite against two fixtures, directly and through a node: make conformance RUNS=3
conformance: build
	@TOOLSCORE_CONFORMANCE_RUNS=$(or $(RUNS),3) scripts/test $(BUILD) --verbose -R '^conformance\.'
format:
	@scripts/setup clang-format
	@git ls-files '*.hpp' '*.cpp' | xargs clang-format -i
# All of it takes an hour or two on two cores; in pieces: make check PARTS="format tidy"
check: build
	@scripts/check $(PARTS)
clean:
	rm -rf build
