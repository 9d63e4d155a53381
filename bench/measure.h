#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

// Two ways of doing the same thing, measured in turn (A B A B...), so that a machine whose speed drifts is fair to both.
// What counts is CPU time, of this process and of the children it waits for; medians are quoted, and the ratio pair by pair.

struct Contender {
    std::string name;
    std::function<void()> run;
};

inline double cpu_seconds()
{
    double sum = 0;
    for (int const who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage usage{};
        getrusage(who, &usage);
        for (timeval const& part : {usage.ru_utime, usage.ru_stime})
            sum += static_cast<double>(part.tv_sec) + static_cast<double>(part.tv_usec) * 1e-6;
    }
    return sum;
}

inline double median_of(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    size_t const middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// Prints a row for each and the ratio A/B. One run of each goes before and is not counted.
inline void measure_pair(std::string const& title, Contender const& a, Contender const& b, int rounds)
{
    std::vector<double> of_a;
    std::vector<double> of_b;
    std::vector<double> ratios;
    auto const timed = [](Contender const& contender) {
        double const start = cpu_seconds();
        contender.run();
        return cpu_seconds() - start;
    };
    timed(a);
    timed(b);
    for (int round = 0; round < rounds; ++round) {
        of_a.push_back(timed(a));
        of_b.push_back(timed(b));
        ratios.push_back(of_a.back() / std::max(of_b.back(), 1e-9));
    }
    std::printf("%s, CPU seconds, %d rounds\n", title.c_str(), rounds);
    for (auto const& [contender, values] : {std::pair(&a, &of_a), std::pair(&b, &of_b)})
        std::printf("  %-44s median %.4f  min %.4f  max %.4f\n", contender->name.c_str(), median_of(*values), *std::min_element(values->begin(), values->end()), *std::max_element(values->begin(), values->end()));
    std::printf("  ratio                                        median %.3f\n", median_of(ratios));
}

// Runs a program and waits for it; its output goes nowhere. False where it could not be run or failed.
inline bool run_program(std::vector<std::string> const& words)
{
    std::fflush(nullptr); // or the child would print it again
    pid_t const child = fork();
    if (child == 0) {
        std::vector<char*> arguments;
        for (auto const& word : words)
            arguments.push_back(const_cast<char*>(word.c_str()));
        arguments.push_back(nullptr);
        if (std::freopen("/dev/null", "w", stdout) == nullptr)
            _exit(127);
        execvp(arguments[0], arguments.data());
        _exit(127);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
